theorem one' : True := trivial
end
theorem two' : True := trivial
end Nothing
section A
end B
theorem three' : True := trivial
