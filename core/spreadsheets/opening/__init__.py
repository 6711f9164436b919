"""The program that opens hostile tables: knows neither Django nor the rest of the service.

Its modules name each other relatively, for it runs with this folder's parent as its only path
beside Python's own library.
"""
