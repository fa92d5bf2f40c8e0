"""Stories in a real browser, on a real server: a package, so that the browser closes when they are over."""
