"""Pages of collections, reviews, suggestions and problems."""
