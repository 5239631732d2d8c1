/** A process that ends without an answer. */
process.exit(3);
