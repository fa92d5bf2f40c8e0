"""The page of who looks after a lab of many: who is here and at work, the class, the end of an evening."""
