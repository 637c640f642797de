#include "server/ops/request_parser.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/time/time.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "calc/decimal.h"
#include "server/access/printable.h"

namespace indexcast::server {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 11> kKeys{
    "operation", "target", "value", "expected_version", "expires", "from_sequence", "to_sequence",
    "reason",    "id",     "force", "preview"};

absl::string_view abseil(std::string_view text) { return {text.data(), text.size()}; }

class RequestReader {
 public:
  RequestReader(const json& object, const Universe& universe)
      : object_(object), universe_(universe) {}

  absl::StatusOr<ControlRequest> read() {
    refuse_unknown_keys();
    read_operation();
    read_value();
    read_mode();
    read_range();
    read_expected_version();
    read_expiry();
    read_reason();
    read_id();
    if (faults_.empty()) return request_;
    return absl::InvalidArgumentError(absl::StrJoin(faults_, "\n"));
  }

 private:
  void fault(std::string_view key, std::string_view what) {
    faults_.push_back(absl::StrCat(abseil(key), ": ", abseil(what)));
  }

  void refuse_unknown_keys() {
    for (const auto& [key, value] : object_.items()) {
      if (std::ranges::find(kKeys, key) != kKeys.end()) continue;
      if (key == "author") {
        fault("author", "is the owner of the token and cannot be said otherwise");
      } else {
        faults_.emplace_back("a key that no request has");
      }
    }
  }

  bool has(const char* key) const { return object_.contains(key); }

  // Empty, with the fault noted, when it is absent or no text.
  std::optional<std::string> text(const char* key) {
    if (!has(key)) {
      fault(key, "is missing");
    } else if (!object_[key].is_string()) {
      fault(key, "must be text");
    } else {
      return object_[key].get<std::string>();
    }
    return std::nullopt;
  }

  void read_operation() {
    const std::optional<std::string> name = text("operation");
    const std::optional<std::string> target = text("target");
    if (!name) return;
    request_.operation = find_operation(*name);
    if (request_.operation == nullptr) return fault("operation", "there is none of this name");
    if (target) read_target(*target);
  }

  void read_target(const std::string& name) {
    switch (request_.operation->target) {
      case TargetKind::index:
        return find_target(universe_.find_index(name), universe_.indices().size(),
                           "no index has this code");
      case TargetKind::instrument:
        return find_target(universe_.find_instrument(name), universe_.instruments().size(),
                           "no index has a member of this symbol, such as 688041.SH");
      case TargetKind::series: {
        // Series 0 is the constant 1 and nobody's to change.
        const SeriesId id = universe_.find_series(name);
        return find_target(id == 0 ? kNoInstrument : id, universe_.series().size(),
                           "no index uses a rate of this name, such as HKDCNY");
      }
    }
  }

  void find_target(std::uint32_t number, std::size_t count, std::string_view otherwise) {
    target_known_ = number < count;
    request_.target = number;
    if (!target_known_) fault("target", otherwise);
  }

  void read_value() {
    if (request_.operation == nullptr) return;
    const ValueKind kind = request_.operation->value;
    if (kind == ValueKind::none) {
      if (has("value")) fault("value", "this operation takes none");
      return;
    }
    const std::optional<std::string> value = text("value");
    if (!value || !target_known_) return;
    const int places = value_places(universe_, *request_.operation, request_.target);
    const std::optional<std::int64_t> raw = parse_decimal64(*value, places);
    if (kind == ValueKind::flag && (!raw || *raw < 0 || *raw > 1)) {
      fault("value", "must be 1 or 0");
    } else if (!raw || (kind != ValueKind::flag && *raw <= 0)) {
      fault("value",
            absl::StrCat("must be a decimal number above 0 with up to ", places, " places"));
    } else {
      request_.value = *raw;
    }
  }

  void read_mode() {
    if (request_.operation == nullptr) return;
    const bool force = flag("force");
    const bool preview = flag("preview");
    if (!force && !preview) return;
    if (!is_judged(request_.operation->op)) {
      fault(force ? "force" : "preview", "this operation is not judged by its effect");
    } else if (force && preview) {
      fault("preview", "changes nothing and needs no force");
    } else {
      request_.mode = force ? RequestMode::force : RequestMode::preview;
    }
  }

  // False, with the fault noted, when it is there and no flag.
  bool flag(const char* key) {
    if (!has(key)) return false;
    if (object_[key].is_boolean()) return object_[key].get<bool>();
    fault(key, "must be true or false");
    return false;
  }

  void read_range() {
    if (request_.operation == nullptr) return;
    if (request_.operation->of_range) {
      request_.from_sequence = sequence("from_sequence");
      request_.to_sequence = sequence("to_sequence");
      if (request_.from_sequence > request_.to_sequence)
        fault("from_sequence", "must not be after to_sequence");
    } else if (has("from_sequence") || has("to_sequence")) {
      fault("from_sequence", "this operation takes no range");
    }
  }

  std::int64_t sequence(const char* key) {
    if (has(key) && object_[key].is_number_unsigned()) {
      const auto number = object_[key].get<std::uint64_t>();
      if (number >= 1 && number <= std::numeric_limits<std::int64_t>::max())
        return static_cast<std::int64_t>(number);
    }
    fault(key, "must be a sequence of the index, a whole number from 1");
    return 0;
  }

  void read_expected_version() {
    if (has("expected_version")) {
      const json& version = object_["expected_version"];
      if (version == "any") return;
      if (version.is_number_unsigned() && version.get<std::uint64_t>() < kAnyVersion) {
        request_.expected_version = version.get<std::uint32_t>();
        return;
      }
    }
    fault("expected_version",
          "must be the target's version as you know it, a whole number from 0, or \"any\"");
  }

  void read_expiry() {
    if (!has("expires")) return;
    const std::optional<std::string> expiry = text("expires");
    if (!expiry || takes_duration(*expiry) || takes_time(*expiry)) return;
    fault("expires",
          "must be a time from now such as \"30s\" or \"5m\", at most 24h, or an instant such as "
          "\"2025-04-02T01:30:00Z\"");
  }

  bool takes_duration(const std::string& expiry) {
    absl::Duration after;
    if (!absl::ParseDuration(expiry, &after)) return false;
    request_.expires_after_ns = absl::ToInt64Nanoseconds(after);
    return request_.expires_after_ns > 0 && request_.expires_after_ns <= kExpiryNsMax;
  }

  bool takes_time(const std::string& expiry) {
    absl::Time at;
    if (!absl::ParseTime(absl::RFC3339_full, expiry, &at, nullptr)) return false;
    request_.expires_after_ns = 0;
    request_.expires_at = TimeNs{absl::ToUnixNanos(at)};
    return request_.expires_at > TimeNs{} && request_.expires_at < kNoDeadline;
  }

  void read_reason() {
    const std::optional<std::string> reason = text("reason");
    if (!reason) return;
    if (const auto wrong = printable_fault(*reason, kReasonBytesMax)) fault("reason", *wrong);
    request_.reason = *reason;
  }

  void read_id() {
    if (!has("id")) return;
    const std::optional<std::string> id = text("id");
    if (!id) return;
    const std::optional<std::int64_t> number = parse_decimal64(*id, 0);
    if (!number || *number <= 0 || std::to_string(*number) != *id)
      return fault("id", "must be the time at which you made it, ns since 1970, as digits in text");
    request_.id = static_cast<std::uint64_t>(*number);
  }

  const json& object_;
  const Universe& universe_;
  ControlRequest request_;
  bool target_known_ = false;
  std::vector<std::string> faults_;
};

}  // namespace

absl::StatusOr<json> parse_object(std::string_view text) {
  std::size_t keys = 0;
  const auto count = [&keys](int depth, json::parse_event_t event, json&) {
    keys += depth == 1 && event == json::parse_event_t::key;
    return true;
  };
  json object = json::parse(text, count, false);
  if (object.is_discarded()) return absl::DataLossError("the body is no JSON");
  if (!object.is_object()) return absl::DataLossError("the body is no JSON object");
  if (object.size() != keys) return absl::DataLossError("a key stands twice");
  return object;
}

absl::StatusOr<std::string> parse_reason(std::string_view text) {
  const absl::StatusOr<json> object = parse_object(text);
  if (!object.ok()) return object.status();
  const auto found = object->find("reason");
  if (object->size() != 1 || found == object->end() || !found->is_string())
    return absl::InvalidArgumentError("reason: text is needed, and nothing else");
  std::string reason = found->get<std::string>();
  if (const auto wrong = printable_fault(reason, kReasonBytesMax))
    return absl::InvalidArgumentError(absl::StrCat("reason: ", abseil(*wrong)));
  return reason;
}

absl::StatusOr<ControlRequest> parse_request(std::string_view text, const Universe& universe) {
  const absl::StatusOr<json> object = parse_object(text);
  if (!object.ok()) return object.status();
  return RequestReader(*object, universe).read();
}

}  // namespace indexcast::server
