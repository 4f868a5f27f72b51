import Geometry.Point

structure Line where
  start : Point
  stop : Point
