"""How pages follow work beside the app: they wake it, watch it, and send what is new."""
