"""One network, and the search for the best, as scikit-learn knows estimators."""
