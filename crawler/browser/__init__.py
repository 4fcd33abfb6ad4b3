"""Pages that scripts draw: fetched as every page, and then drawn by the system's Chromium."""
