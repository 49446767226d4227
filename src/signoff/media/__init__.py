"""Pictures: checked and cleaned as they come in, kept by digest, checked again as they go out."""
