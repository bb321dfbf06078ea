"""From a photograph or scan to flat pages and codes. OpenCV and zxing-cpp are used here, and in no room above.

`images` reads the pages of an image file or PDF, `corner_marks` finds printed sheets, `sheets` makes them flat, `ink`
is arithmetic on what is then seen, `planes` on any image, `codes` reads QR codes, `cards` the barcodes of identity
cards. Import these modules, not the package: loading OpenCV takes a while, and a page without a photograph needs none
of it.
"""
