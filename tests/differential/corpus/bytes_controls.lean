theorem fine : True := trivial

[31m
#check fine
