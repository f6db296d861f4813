/* Embind names types it was never told about by printing their address, and that one sprintf() would bring
 * all of printf into the module, two kilobytes of it compressed. Nothing else here prints. */

int sprintf(char *out, const char *format, ...);
int siprintf(char *out, const char *format, ...);
int __small_sprintf(char *out, const char *format, ...);

int sprintf(char *out, const char *format, ...) {
  (void)format;
  out[0] = 0;
  return 0;
}
int siprintf(char *out, const char *format, ...) {
  (void)format;
  out[0] = 0;
  return 0;
}
int __small_sprintf(char *out, const char *format, ...) {
  (void)format;
  out[0] = 0;
  return 0;
}
