// The command line of indexcast.
#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "server/app/serve.h"
#include "server/settings/exit_code.h"
#include "server/tools/commands.h"

namespace indexcast::server {
namespace {

int run(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  spdlog::set_default_logger(spdlog::stderr_color_mt("indexcast"));
  CLI::App app(
      "indexcast: real-time index levels from the feeds of Shanghai, Shenzhen and Hong Kong",
      "indexcast");
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done; 2 command line; 3 configuration or definitions refused; 4 a named file "
      "cannot be used;\n"
      "5 done, but the input had holes or malformed parts; 6 an address, disk or other resource "
      "could not be had;\n7 the server refused the request.");
  int exit_code = kExitUsage;
  add_serve(app, exit_code);
  add_simulate(app, exit_code);
  add_decode(app, exit_code);
  add_replay(app, exit_code);
  add_watch(app, exit_code);
  add_control(app, exit_code);
  CLI::App* basket = app.add_subcommand("basket", "check, build and roll definitions");
  basket->require_subcommand(1);
  add_basket_check(*basket, exit_code);
  add_basket_build(*basket, exit_code);
  add_basket_roll(*basket, exit_code);
  add_keygen(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return exit_code;
}

}  // namespace
}  // namespace indexcast::server

int main(int argc, char** argv) {
  try {
    return indexcast::server::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "indexcast: {}\n", error.what());
    return indexcast::server::kExitFailure;
  }
}
