const side = 128

/** The middle square of a picture, 128 pixels wide, as a data URL: small enough for a profile field. */
export async function pictureAsDataUrl(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file)
  const crop = Math.min(bitmap.width, bitmap.height)
  const canvas = document.createElement('canvas')
  canvas.width = side
  canvas.height = side
  canvas
    .getContext('2d')
    ?.drawImage(bitmap, (bitmap.width - crop) / 2, (bitmap.height - crop) / 2, crop, crop, 0, 0, side, side)
  bitmap.close()
  return canvas.toDataURL('image/webp', 0.85)
}
