"""The only writers of collections, reviews, suggestions and reports of problems."""
