"""Files of digits in every format that can be read, and ways to harm them."""
