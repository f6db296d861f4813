# For Doxygen: what a header says before its first #include is said of the file, not of the namespace that follows.
!seen && /^(#include|namespace)/ { seen = 1 }
!seen && /^\/\/\// { print "/// \\file"; seen = 1 }
{ print }
