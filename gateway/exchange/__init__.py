"""What happens between the acknowledgement and the result: claim, run the family, sign, store (protocol §3)."""
