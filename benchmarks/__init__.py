"""How good and how fast the reader is: gates whose floors only rise, and ratios measured side by side."""
