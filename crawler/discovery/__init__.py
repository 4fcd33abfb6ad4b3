"""Looking at a site for the first time: its roads, its language, who publishes it; and testing roads later."""
