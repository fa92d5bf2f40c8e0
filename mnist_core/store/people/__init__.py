"""The people of a lab: who they are, how each is known again, and what they give to the others."""
