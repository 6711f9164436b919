"""Pages of the canteen: families, kitchens, attendance, menus."""
