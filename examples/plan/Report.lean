import Geometry
import Report.Table
