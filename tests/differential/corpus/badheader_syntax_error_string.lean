import "Init"
