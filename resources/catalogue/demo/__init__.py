"""The demo's catalogue: 1,800 invented resources, written from 309 notions of the programmes."""
