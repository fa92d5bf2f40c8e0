"""What is learned by training anew: what more images would bring, and which labels are likely wrong."""
