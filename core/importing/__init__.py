"""Tables on their way in, whatever they are about: taken, explained, tried, written as shown."""
