
import Init.NoSuch
