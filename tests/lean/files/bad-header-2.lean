import Init import
