"""Every way in which a network comes about: one, robust, live, from corrections, again and again."""
