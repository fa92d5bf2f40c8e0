"""What every room may lean on: errors, arrays, variables, settings, places, whole files."""
