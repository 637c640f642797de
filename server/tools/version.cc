#include <fmt/format.h>
#include <google/protobuf/stubs/common.h>
#include <pcap/pcap.h>
#include <spdlog/version.h>
#include <zmq.h>

#include <boost/version.hpp>

#include "server/tools/commands.h"

namespace indexcast::server {

std::string version_text() {
  int major = 0;
  int minor = 0;
  int patch = 0;
  zmq_version(&major, &minor, &patch);
  return fmt::format(
      "indexcast {} ({}, {})\nboost {}.{}.{}, libzmq {}.{}.{}, protobuf {}, spdlog {}.{}.{}, {}",
      INDEXCAST_VERSION, INDEXCAST_BUILD_TYPE, INDEXCAST_COMPILER, BOOST_VERSION / 100000,
      BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100, major, minor, patch,
      google::protobuf::internal::VersionString(GOOGLE_PROTOBUF_VERSION), SPDLOG_VER_MAJOR,
      SPDLOG_VER_MINOR, SPDLOG_VER_PATCH, pcap_lib_version());
}

}  // namespace indexcast::server
