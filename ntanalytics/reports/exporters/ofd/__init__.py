"""The OFD rendering (GB/T 33190-2016): pages of real text, figures bound to their origin, and a digest of it all."""
