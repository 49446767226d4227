"""What Instagram and Facebook Pages share: Meta's Graph API, its errors, tokens and listings."""
