"""Our own OAI-PMH repository: what is open of the catalogue, for other catalogues to read."""
