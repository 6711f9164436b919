"""Reading other catalogues by OAI-PMH: asked politely, believed carefully, written page by page."""
