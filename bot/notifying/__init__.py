"""What the merchant is told wherever they are: what there is to tell, in which words, and by which way it goes out."""
