"""The door for collectors: handing errands out, and taking in what came of them."""
