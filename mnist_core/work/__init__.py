"""Work of every kind carried out beside the app: what each kind does, and the one way in which it is done."""
