# find_package(indexcast): the targets indexcast::subscriber and indexcast::proto.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(Protobuf)
find_dependency(PkgConfig)
# Under the name that the library was built with.
pkg_check_modules(ZMQ REQUIRED QUIET IMPORTED_TARGET libzmq)
include(${CMAKE_CURRENT_LIST_DIR}/indexcastTargets.cmake)
