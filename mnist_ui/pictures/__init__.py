"""The Pictures page: a network that is a sum of pictures, and what each of them says."""
