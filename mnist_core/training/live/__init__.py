"""One network that trains as its user watches, with every epoch kept."""
