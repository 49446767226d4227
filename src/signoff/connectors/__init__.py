"""One folder per platform. `base` says what each promises; nothing here knows the database."""
