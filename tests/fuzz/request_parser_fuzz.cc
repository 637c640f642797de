// Any bytes as an operator's request; what could be read is carried to a core and stays within the
// bounds that the parser promises.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/access/printable.h"
#include "server/ops/request_parser.h"
#include "tests/support/baskets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace indexcast;
  using namespace indexcast::server;
  static const Universe kUniverse({test::golden_basket()});
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto request = parse_request(text, kUniverse);
  if (!request.ok()) {
    if (request.status().message().empty()) std::abort();
    return 0;
  }
  const bool sane = request->operation != nullptr && request->value >= 0 &&
                    request->expires_after_ns >= 0 && request->expires_after_ns <= kExpiryNsMax &&
                    !printable_fault(request->reason, kReasonBytesMax) &&
                    !target_name(kUniverse, request->operation->target, request->target).empty();
  if (!sane) std::abort();
  return 0;
}
