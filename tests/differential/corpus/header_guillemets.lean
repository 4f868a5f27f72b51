import «Init»

theorem «an odd name» : True := trivial
#check «an odd name»
