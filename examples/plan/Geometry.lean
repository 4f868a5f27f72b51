import Geometry.Line
