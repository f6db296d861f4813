# kbve_options: what our own code is compiled with. Third-party sources do not link it.
add_library(kbve_options INTERFACE)
target_compile_features(kbve_options INTERFACE cxx_std_23)
target_compile_options(kbve_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough -Wformat=2
  -Werror)

# kbve_core_options: the core never throws and never asks a type for its name.
add_library(kbve_core_options INTERFACE)
target_link_libraries(kbve_core_options INTERFACE kbve_options)
target_compile_options(kbve_core_options INTERFACE
  -fno-exceptions $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
