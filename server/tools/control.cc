#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <ostream>
#include <stdexcept>

#include "server/access/token_file.h"
#include "server/ops/operation.h"
#include "server/settings/exit_code.h"
#include "server/settings/text_file.h"
#include "server/tools/commands.h"

namespace indexcast::server {
namespace {

struct ControlOptions {
  std::string url = "http://127.0.0.1:8081/";  // the server's administrative interface
  std::string token_file;  // the caller's token, in its first line; not readable by others
  std::string operation;   // or "status": what stands at the target
  std::string target;      // none of "drain" and "resume", nor of the status of the server itself
  std::string value;
  std::string reason;
  std::string expect;   // the target's version, or "any"
  std::string expires;  // "60s" from now, or an instant
  std::optional<std::uint64_t> from_sequence;
  std::optional<std::uint64_t> to_sequence;
  std::string id;        // of a request that is asked again; empty: a new one
  bool force = false;    // the value is right although it is far from what the server believes
  bool preview = false;  // only say what it would do to the levels
};

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using nlohmann::ordered_json;

constexpr std::string_view kScheme = "http://";
constexpr std::string_view kStatus = "status";
constexpr std::string_view kRequests = "/admin/v1/requests";
// On a request that waits for a second person.
constexpr std::array<std::string_view, 2> kProposalOperations{"approve", "decline"};
// Of the server itself, not of a target.
constexpr std::array<std::string_view, 2> kServiceOperations{"drain", "resume"};
// Longer than the server itself waits for its core.
constexpr std::chrono::seconds kTimeout{10};

struct Address {
  std::string host;
  std::string port;
};

struct HttpAnswer {
  unsigned status = 0;
  std::string body;
};

std::optional<Address> parse_url(std::string_view url) {
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  if (url.ends_with('/')) url.remove_suffix(1);
  const std::size_t colon = url.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  Address address{std::string(url.substr(0, colon)), std::string(url.substr(colon + 1))};
  const bool digits = address.port.find_first_not_of("0123456789") == std::string::npos;
  if (address.port.empty() || !digits) return std::nullopt;
  return address;
}

// The first line of the file; a fault goes to `err`.
std::optional<std::string> read_token(const std::string& path, std::ostream& err) {
  if (const absl::Status secret = check_secrecy(path); !secret.ok()) {
    err << std::string(secret.message()) << "\n";
    return std::nullopt;
  }
  const std::optional<std::string> text = read_text_file(path);
  std::string token = text ? text->substr(0, text->find_first_of("\r\n")) : std::string();
  const bool sendable =
      token.find_first_not_of(
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=") ==
      std::string::npos;
  if (!token.empty() && sendable) return token;
  err << path << ":1:token: expected a token in the first line\n";
  return std::nullopt;
}

bool is_of_service(std::string_view operation) {
  return std::ranges::find(kServiceOperations, operation) != kServiceOperations.end();
}

bool is_proposal_operation(std::string_view operation) {
  return std::ranges::find(kProposalOperations, operation) != kProposalOperations.end();
}

// Whether the server says first what the request would do.
bool has_effects(std::string_view operation) {
  const Operation* known = find_operation(operation);
  return known != nullptr && is_judged(known->op);
}

std::string path_of(const ControlOptions& options) {
  if (is_proposal_operation(options.operation))
    return std::string(kRequests) + "/" + options.target + "/" + options.operation;
  const bool of_service = is_of_service(options.operation) || options.target.empty();
  if (of_service) return "/admin/v1/service";
  return options.operation == kStatus ? "/admin/v1/versions/" + options.target
                                      : std::string(kRequests);
}

// By the caller's clock, so that a repeated request expires at the same time as the first one.
std::string expiry_of(const std::string& text) {
  absl::Duration after;
  if (!absl::ParseDuration(text, &after)) return text;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E9SZ", absl::Now() + after, absl::UTCTimeZone());
}

ordered_json body_of(const ControlOptions& options, const std::string& id) {
  if (is_of_service(options.operation))
    return {{"operation", options.operation}, {"reason", options.reason}};
  if (is_proposal_operation(options.operation)) return {{"reason", options.reason}};
  ordered_json body{
      {"operation", options.operation}, {"target", options.target}, {"reason", options.reason}};
  if (!id.empty()) body["id"] = id;
  if (options.force) body["force"] = true;
  if (options.preview) body["preview"] = true;
  if (!options.value.empty()) body["value"] = options.value;
  if (options.from_sequence) body["from_sequence"] = *options.from_sequence;
  if (options.to_sequence) body["to_sequence"] = *options.to_sequence;
  if (!options.expires.empty()) body["expires"] = expiry_of(options.expires);
  const bool number = options.expect.find_first_not_of("0123456789") == std::string::npos;
  if (number && options.expect.size() < 11) {
    body["expected_version"] = std::stoull(options.expect);
  } else {
    body["expected_version"] = options.expect;
  }
  return body;
}

// Throws boost::system::system_error when the server cannot be had.
asio::awaitable<HttpAnswer> exchange(const Address& address,
                                     const http::request<http::string_body>& request) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::resolver resolver(executor);
  const auto found =
      co_await resolver.async_resolve(address.host, address.port, asio::use_awaitable);
  beast::tcp_stream stream(executor);
  stream.expires_after(kTimeout);
  co_await stream.async_connect(found, asio::use_awaitable);
  co_await http::async_write(stream, request, asio::use_awaitable);
  beast::flat_buffer buffer;
  http::response<http::string_body> response;
  co_await http::async_read(stream, buffer, response, asio::use_awaitable);
  co_return HttpAnswer{response.result_int(), std::move(response.body())};
}

HttpAnswer ask(const Address& address, const http::request<http::string_body>& request) {
  asio::io_context context{1};
  HttpAnswer answer;
  std::exception_ptr fault;
  asio::co_spawn(context, exchange(address, request),
                 [&](std::exception_ptr thrown, HttpAnswer got) {
                   fault = thrown;
                   answer = std::move(got);
                 });
  context.run();
  if (fault) std::rethrow_exception(fault);
  return answer;
}

http::request<http::string_body> question_of(const Address& address, const std::string& token,
                                             const std::string& path) {
  http::request<http::string_body> message(http::verb::get, path, 11);
  message.set(http::field::host, address.host + ":" + address.port);
  message.set(http::field::authorization, "Bearer " + token);
  message.keep_alive(false);
  return message;
}

http::request<http::string_body> message_of(const ControlOptions& options, const Address& address,
                                            const std::string& token, const std::string& id) {
  http::request<http::string_body> message = question_of(address, token, path_of(options));
  if (options.operation != kStatus) {
    message.method(http::verb::post);
    message.set(http::field::content_type, "application/json");
    message.body() =
        body_of(options, id).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    message.prepare_payload();
  }
  return message;
}

int show(const HttpAnswer& answer, std::ostream& out, std::ostream& err) {
  const ordered_json body = ordered_json::parse(answer.body, nullptr, false);
  if (body.is_discarded()) {
    err << "control: no indexcast answers there\n";
    return kExitFailure;
  }
  out << body.dump(2) << "\n";
  if (answer.status == 200 || answer.status == 202) {
    if (answer.status == 202)
      err << "control: proposed: another person has to `control approve " << body.value("id", "")
          << "` within 10 minutes\n";
    return kExitOk;
  }
  err << "control: " << body.value("title", "") << ": " << body.value("detail", "") << "\n";
  return answer.status >= 500 ? kExitFailure : kExitRefused;
}

// What the request does to each level, a line each.
void show_effects(const HttpAnswer& answer, std::ostream& err) {
  ordered_json body = ordered_json::parse(answer.body, nullptr, false);
  if (!body.is_object()) return;
  if (body.contains("request")) body = body["request"];
  for (const ordered_json& effect : body.value("effects", ordered_json::array())) {
    const auto text = [&](const char* key) {
      const auto found = effect.find(key);
      return found == effect.end() || !found->is_string() ? std::string("-")
                                                          : found->get<std::string>();
    };
    err << text("index") << ": " << text("level_before") << " -> " << text("level_after") << " ("
        << text("effect_bp") << " bp)";
    if (effect.contains("level_if_accepted"))
      err << "; accepted: " << text("level_if_accepted") << " (" << text("refused_bp") << " bp)";
    err << "\n";
  }
  const std::size_t left_out = body.value("effects_left_out", std::size_t{0});
  if (left_out > 0) err << "and " << left_out << " indices that move less\n";
}

// Before a request is made: what it would do. Nothing when it may go on, else the exit code.
std::optional<int> preview(const ControlOptions& options, const Address& address,
                           const std::string& token, std::ostream& out, std::ostream& err) {
  HttpAnswer answer;
  if (is_proposal_operation(options.operation)) {
    answer =
        ask(address, question_of(address, token, std::string(kRequests) + "/" + options.target));
  } else {
    ControlOptions first = options;
    first.force = false;
    first.preview = true;
    answer = ask(address, message_of(first, address, token, {}));
  }
  show_effects(answer, err);
  if (answer.status == 200 && !options.preview) return std::nullopt;
  return show(answer, out, err);
}

std::string service_fault(const ControlOptions& options) {
  if (!options.target.empty())
    return options.operation + " concerns the server and takes no TARGET";
  if (options.reason.empty()) return "--reason is needed: say why";
  return {};
}

// Empty when the options make a request, or ask for what stands.
std::string usage_fault(const ControlOptions& options) {
  if (is_of_service(options.operation)) return service_fault(options);
  if (options.operation == kStatus && options.target.empty()) return {};
  if (is_proposal_operation(options.operation)) {
    const bool digits = options.target.find_first_not_of("0123456789") == std::string::npos;
    if (options.target.empty() || !digits) return "TARGET must be the id of the proposed request";
    return options.reason.empty() ? "--reason is needed: say why" : std::string();
  }
  if (options.force && options.preview) return "--preview changes nothing and needs no --force";
  const bool target_is_plain =
      options.target.find_first_of(" ?#%\r\n\t") == std::string::npos && !options.target.empty();
  if (!target_is_plain) return "TARGET must be an index code, a symbol or the name of a series";
  if (options.operation == kStatus) return {};
  if (options.reason.empty()) return "--reason is needed: say why";
  if (options.expect.empty())
    return "--expect is needed: the version that `control status " + options.target +
           "` shows, or any";
  return {};
}

// Prints the server's answer as JSON to `out`, and to `err` in words what went wrong. A request
// whose value the server judges is previewed first, and its effect on every level goes to `err`
// before it is made. Returns 0 when the request was applied, previewed or proposed, 2 for a command
// line that makes no request, 4 for an unusable token file, 6 when the server cannot be reached or
// has not carried the request out yet, 7 when it refuses.
int run_control(const ControlOptions& options, std::ostream& out, std::ostream& err) {
  const std::optional<Address> address = parse_url(options.url);
  const std::string fault = address ? usage_fault(options) : "--url must be http://HOST:PORT/";
  if (!fault.empty()) {
    err << "control: " << fault << "\n";
    return kExitUsage;
  }
  const std::optional<std::string> token = read_token(options.token_file, err);
  if (!token) return kExitInput;
  const std::string id =
      options.id.empty() ? std::to_string(absl::GetCurrentTimeNanos()) : options.id;
  const bool effects =
      has_effects(options.operation) || options.operation == kProposalOperations[0];
  try {
    if (effects) {
      if (const auto over = preview(options, *address, *token, out, err)) return *over;
    }
    return show(ask(*address, message_of(options, *address, *token, id)), out, err);
  } catch (const boost::system::system_error& error) {
    err << "control: " << options.url << ": " << error.code().message() << "\n";
    if (options.operation != kStatus && !is_of_service(options.operation) &&
        !is_proposal_operation(options.operation))
      err << "control: whether it was carried out is not known; ask again with --id " << id << "\n";
    return kExitFailure;
  }
}

std::string operations_text() {
  std::string text =
      "Operations:\n"
      "  status: whether the server is in service\n"
      "  status TARGET: the version to expect, and what is in force\n"
      "  drain: leave service: not ready, no new streams, the open ones closed after a while\n"
      "  resume: be in service again\n"
      "  approve ID: carry out what another person proposed (admin.two_person)\n"
      "  decline ID: do not\n";
  for (const Operation& each : kOperations) {
    text += fmt::format("  {} {}{}: {}\n", each.name, name_of(kTargetKindNames, each.target),
                        each.value == ValueKind::none ? "" : " VALUE", each.help);
  }
  return text;
}

}  // namespace

void add_control(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("control", "an operator's request to a running server");
  const auto options = std::make_shared<ControlOptions>();
  command->add_option("OPERATION", options->operation, "as below")->required();
  command->add_option("TARGET", options->target,
                      "index code, symbol or FX series; of approve and decline, an id");
  command->add_option("VALUE", options->value, "price, rate, level, or 1 and 0");
  command->add_option("--reason", options->reason, "why: kept in the audit");
  command->add_option("--expect", options->expect, "the version that status shows, or any");
  command->add_option("--expires", options->expires, "not later than: 60s from now, or an instant");
  command->add_option("--from", options->from_sequence, "first level that a correction is about");
  command->add_option("--to", options->to_sequence, "the last one");
  command->add_option("--id", options->id, "of a request that is asked again");
  command->add_flag("--force", options->force,
                    "the value is right, though far from what the server believes");
  command->add_flag("--preview", options->preview, "only say what it would do to each level");
  command->add_option("--url", options->url, "the administrative interface")->capture_default_str();
  command->add_option("--token-file", options->token_file, "your token, in its first line")
      ->required();
  command->footer(operations_text());
  command->callback([=, &exit_code] { exit_code = run_control(*options, std::cout, std::cerr); });
}

}  // namespace indexcast::server
