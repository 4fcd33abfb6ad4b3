"""The archive: tables, queries, search and the register of memberships, on SQLite and PostgreSQL alike."""
