"""Search among resources: French as French is, fast, and never more than one may see.

The only importer of Whoosh. Knows nothing of Django, the database or people: it is given
documents and questions. ``engine`` states the seam behind which another engine fits.
"""
