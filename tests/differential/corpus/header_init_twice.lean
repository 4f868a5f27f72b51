import Init
import Init
import Init

theorem twice (p : Prop) : p → p := id
#print twice
