"""Networks' own lists of members: read by their structure, watched for rows that come and go."""
