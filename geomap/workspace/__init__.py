"""What has been read so far, on disk, so that it need not be read again."""
